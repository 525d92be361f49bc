"""Writes dickey_fuller.json: python tests/reference/dickey_fuller.py (needs NumPy and SciPy); with
`table` it prints the numbers of src/math/dickey_fuller.rs, whose head has the formula.

`lower` and `upper` are the tails of Dickey and Fuller's t in long series, beside nothing, a constant, and a
constant and a trend: Talbot's contour inverts the Laplace transform in the integral of the squared motion, tanh-sinh
quadrature integrates over its logarithm, in two pieces where the distribution of the product has its kink.
"""
import json, sys
import numpy as np
from scipy.special import ndtri, wofz
def talbot(M):
    k=np.arange(1,M); th=k*np.pi/M
    z=np.concatenate([[2*M/5],2*M/5*th*(1/np.tan(th)+1j)])
    g=np.concatenate([[0.5*np.exp(2*M/5)],(1+1j*th*(1+1/np.tan(th)**2)-1j/np.tan(th))*np.exp(z[1:])])*2/5
    keep=np.abs(g)>1e-18*np.abs(g).max()
    return z[keep], g[keep]
def parts(k,lam):
    kap=np.sqrt(2*lam); z=kap/2; ex=np.exp(-kap); th=(1-ex)/(1+ex)
    if k==0: return np.sqrt(2)*np.exp(-kap/2)/np.sqrt(1+np.exp(-2*kap)), np.tanh(kap)/kap
    Nc=np.sqrt(2*kap)*np.exp(-kap/2)/np.sqrt(1-np.exp(-2*kap))
    sd=0.5*(1/th/kap-2/kap**2)
    if k==1: return Nc, np.sqrt(th/z)*np.sqrt(sd)
    q=12/kap**2-24*th/kap**3
    se=(2*th/kap-12/kap**2+24*th/kap**3)/(1-2*th/kap)
    return Nc/np.sqrt(q), np.sqrt(se)*np.sqrt(sd)
def ki1(z,hu):
    zr=z.real; out=np.zeros(z.shape,complex)
    u=0.0
    umax=36
    n=int(umax/hu)
    act=np.ones(z.shape,bool)
    for j in range(n):
        u=j*hu; c=np.cosh(u)
        w=hu*(0.5 if j==0 else 1)
        idx=np.nonzero((zr*c<45).ravel())[0]
        if len(idx)==0: break
        out.ravel()[idx]+=w*np.exp(-z.ravel()[idx]*c)/c
    return out
def tails(k,x,M=22,hts=0.09,hu=0.15,smin=np.log(1.2e-3),smax=np.log(32)):
    Z,G=talbot(M)
    cuts=[smin,smax]
    if x<0:
        s0=-2*np.log(2*-x)
        if smin<s0<smax: cuts=[smin,s0,smax]
    tt=np.arange(-3.4,3.4001,hts); y=np.pi/2*np.sinh(tt)
    # distance from ends kept accurately
    lo=up=0.0
    for a,b in zip(cuts[:-1],cuts[1:]):
        L=b-a; fr=1/(1+np.exp(-2*y)); w=hts*np.pi/2*np.cosh(tt)/np.cosh(y)**2*L/2
        fr2=1/(1+np.exp(2*y))
        s=a+L*fr; v=np.exp(s)
        if x<0 and len(cuts)==3:
            if a==smin: c=-0.5*np.expm1(-(L*fr2)/2) # v=v0*exp(-d): .5+x sqrt v = .5(1-exp(-d/2))
            else: c=-0.5*np.expm1(L*fr/2)
        else: c=0.5+x*np.sqrt(v)
        c=c[:,None]
        lam=Z[None,:]/v[:,None]; N,sg=parts(k,lam)
        if k==0:
            aa=np.sqrt(np.maximum(c,0)/sg); t=np.exp(-aa*aa)*wofz(1j*aa)
            upF=np.where(c>0,t,1); loF=np.where(c>0,1-t,0)
        else:
            t=ki1(np.abs(c)/sg,hu)/np.pi
            loF=np.where(c<0,t,1-t); upF=np.where(c<0,1-t,t)
        f=lambda F:(w*(G*N*F).real.sum(1)).sum()
        lo+=f(loF); up+=f(upF)
    return lo,up
NAMES = ["none", "intercept", "trend"]
TABLES = [(-6.8, 4.4), (-7.3, 3.4), (-7.9, 2.8)]


def probit(k, x):
    lower, upper = tails(k, x, M=24, hts=0.035, hu=0.14)
    return ndtri(lower) if lower < 0.5 else -ndtri(upper)


if __name__ == "__main__":
    if sys.argv[1:] == ["table"]:
        for k, (a, b) in enumerate(TABLES):
            print(NAMES[k], a, [round(probit(k, a + 0.1 * i), 9) for i in range(round(10 * (b - a)) + 1)])
    else:
        points = [round(-6.67 + 0.27 * i, 2) for i in range(36)]
        of = lambda k: [[x, *map(float, tails(k, x, M=25, hts=0.03, hu=0.13))] for x in points if x < TABLES[k][1]]
        with open("tests/reference/dickey_fuller.json", "w") as file:
            json.dump({NAMES[k]: of(k) for k in range(3)}, file, indent=1)
            file.write("\n")
